/// The kinds of rule actions: how each is checked when a rule is made, what it decides for a
/// message, and how that is delivered to its target.
@NullMarked
package io.homeport.rules.actions;

import org.jspecify.annotations.NullMarked;
