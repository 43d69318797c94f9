package io.homeport.targets;

import io.homeport.core.targets.TargetFailedException;
import jakarta.mail.Authenticator;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.jspecify.annotations.Nullable;

/// Sends e-mail, one connection each. Stateless; blocks.
final class Mailer {
    private static final String PATIENCE_MILLIS = "15000";

    private Mailer() {}

    /// @throws TargetFailedException where the server did not take it
    static void send(
            TargetSettings.Mail server, String to, String subject, String text, String id) {
        String protocol = server.secure() ? "smtps" : "smtp";
        Properties properties = new Properties();
        properties.put("mail.transport.protocol", protocol);
        String prefix = "mail." + protocol + ".";
        properties.put(prefix + "host", server.host());
        properties.put(prefix + "port", Integer.toString(server.port()));
        properties.put(prefix + "starttls.enable", "true");
        properties.put(prefix + "ssl.checkserveridentity", "true");
        properties.put(prefix + "connectiontimeout", PATIENCE_MILLIS);
        properties.put(prefix + "timeout", PATIENCE_MILLIS);
        properties.put(prefix + "writetimeout", PATIENCE_MILLIS);
        properties.put(prefix + "auth", Boolean.toString(server.user() != null));
        Session session = Session.getInstance(properties, authenticator(server));
        try {
            MimeMessage message = new MimeMessage(session);
            message.setFrom(new InternetAddress(server.from(), true));
            message.setRecipient(MimeMessage.RecipientType.TO, new InternetAddress(to, true));
            message.setSubject(subject, "UTF-8");
            message.setText(text, "UTF-8");
            message.setHeader("X-Homeport-Message-Id", id);
            Transport.send(message);
        } catch (SendFailedException e) {
            String told = "the mail server refuses: " + e.getMessage();
            throw isForNow(e)
                    ? TargetFailedException.unavailable(told, e)
                    : TargetFailedException.refused(told, e);
        } catch (MessagingException e) {
            throw TargetFailedException.unavailable("no e-mail: " + e.getMessage(), e);
        }
    }

    /// Whether the server may take the same address and message later, as with grey lists (RFC
    /// 5321, 4.2.1, replies 4yz).
    private static boolean isForNow(SendFailedException refusal) {
        Exception next = refusal;
        while (next instanceof MessagingException one) {
            int code =
                    switch (one) {
                        case SMTPSendFailedException e -> e.getReturnCode();
                        case SMTPAddressFailedException e -> e.getReturnCode();
                        case SMTPSenderFailedException e -> e.getReturnCode();
                        default -> 0;
                    };
            if (code / 100 == 4) {
                return true;
            }
            next = one.getNextException();
        }
        return false;
    }

    private static @Nullable Authenticator authenticator(TargetSettings.Mail server) {
        String user = server.user();
        if (user == null) {
            return null;
        }
        String password = server.password() == null ? "" : server.password();
        return new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication(user, password);
            }
        };
    }
}
