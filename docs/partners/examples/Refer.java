// Envoie une orientation sur le sujet de l’organisme. org.apache.kafka:kafka-clients
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.serialization.StringSerializer;

public class Refer {
    public static void main(String[] arguments) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", System.getenv("KAFKA"));
        String referral = Files.readString(Path.of(arguments[0]));
        var record = new ProducerRecord<>("etabli.inbound." + System.getenv("TENANT"), arguments[1], referral);
        Map.of(
            "ce_specversion", "1.0", "ce_id", UUID.randomUUID().toString(), "ce_source", "/mon-logiciel",
            "ce_type", "fr.etabli.inbound.referral.requested.v1", "content-type", "application/json"
        ).forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.send(record).get();
        }
    }
}
