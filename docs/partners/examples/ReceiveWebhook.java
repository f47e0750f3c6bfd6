// Reçoit les webhooks et vérifie leur signature (Standard Webhooks), sans bibliothèque.
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class ReceiveWebhook {
    public static void main(String[] arguments) throws Exception {
        byte[] secret = Base64.getDecoder().decode(System.getenv("SECRET").substring("whsec_".length()));
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(System.getenv("PORT"))), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var headers = exchange.getRequestHeaders();
            boolean good = isGood(
                secret, headers.getFirst("webhook-id"), headers.getFirst("webhook-timestamp"), headers.getFirst("webhook-signature"), body);
            // Enregistrez l’événement avant de répondre : le même « webhook-id » peut revenir, passez-le alors.
            if (good) System.out.println(headers.getFirst("webhook-id") + " " + body);
            exchange.sendResponseHeaders(good ? 204 : 401, -1);
            exchange.close();
        });
        server.start();
    }

    static boolean isGood(byte[] secret, String id, String timestamp, String signatures, String body) {
        try {
            if (Math.abs(System.currentTimeMillis() / 1000 - Long.parseLong(timestamp)) > 300) return false; // cinq minutes
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            byte[] wanted = mac.doFinal((id + "." + timestamp + "." + body).getBytes(StandardCharsets.UTF_8));
            for (String one : signatures.split(" ")) { // plusieurs pendant un changement de secret
                if (one.startsWith("v1,") && MessageDigest.isEqual(wanted, Base64.getDecoder().decode(one.substring(3)))) return true;
            }
        } catch (Exception unreadable) {
            return false;
        }
        return false;
    }
}
