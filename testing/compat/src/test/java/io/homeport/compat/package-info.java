/// The server over the wire, driven by clients that we didn't write. Each class starts one server
/// on free ports and shares it between its tests.
@NullMarked
package io.homeport.compat;

import org.jspecify.annotations.NullMarked;
