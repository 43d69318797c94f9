package io.homeport.compat.fault;

import java.nio.file.Path;
import java.util.List;

/// A server's plain ports and certificates, as an attack has to know them.
///
/// @param certificate of a device that may do everything; its key is beside it
/// @param revoked a certificate that was made inactive; likewise
record AttackTarget(
        int mqtt, int mqtts, int https, int api, Path ca, Path certificate, Path revoked) {

    static Path key(Path certificate) {
        return Path.of(certificate.toString().replace(".pem", ".key"));
    }

    List<String> arguments() {
        return List.of(
                "" + mqtt,
                "" + mqtts,
                "" + https,
                "" + api,
                ca.toString(),
                certificate.toString(),
                revoked.toString());
    }

    static AttackTarget of(List<String> arguments) {
        return new AttackTarget(
                Integer.parseInt(arguments.get(0)),
                Integer.parseInt(arguments.get(1)),
                Integer.parseInt(arguments.get(2)),
                Integer.parseInt(arguments.get(3)),
                Path.of(arguments.get(4)),
                Path.of(arguments.get(5)),
                Path.of(arguments.get(6)));
    }
}
