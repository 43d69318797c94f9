/// Device shadows of AWS IoT: one JSON document per thing and name with what is desired and what is
/// reported, over MQTT and HTTPS. Merging, differences and checks are pure functions; one lane per
/// thing orders its requests, on a virtual thread, so that versions, stored state and announcements
/// have one order. What is announced is durable.
@NullMarked
package io.homeport.shadow;

import org.jspecify.annotations.NullMarked;
