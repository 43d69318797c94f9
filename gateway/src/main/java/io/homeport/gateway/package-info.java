/// The device gateway: every listener. TLS with ALPN and SNI, MQTT over TCP and WebSocket, HTTPS
/// for devices, the AWS API door, and the operator's pages. Netty lives here; what it decodes goes
/// to the broker on the connection's event loop, HTTP requests go to virtual threads.
@NullMarked
package io.homeport.gateway;

import org.jspecify.annotations.NullMarked;
