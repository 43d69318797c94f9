/// The kafka action: producers, their settings and their errors.
///
/// Kafka's client is loaded with the first delivery. Producers are shared by deliveries with the
/// same settings, closed when nobody has used them for a while, and bounded in number.
@NullMarked
package io.homeport.rules.kafka;

import org.jspecify.annotations.NullMarked;
