// Suit le sujet de l’organisme ou de l’école, dans l’ordre ; relancé, reprend où il en était. org.apache.kafka:kafka-clients
import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.serialization.StringDeserializer;

public class Follow {
    public static void main(String[] arguments) {
        String tenant = System.getenv("TENANT");
        Map<String, Object> settings = Map.of(
            "bootstrap.servers", System.getenv("KAFKA"), "group.id", "partner." + tenant + ".java",
            "isolation.level", "read_committed", "auto.offset.reset", "earliest", "enable.auto.commit", "false");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("etabli.outbound." + tenant));
            while (true) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    // Enregistrez l’événement ici : le même « ce_id » peut revenir, passez-le alors.
                    System.out.println(record.offset() + " " + header(record, "ce_id") + " " + header(record, "ce_type") + " " + record.value());
                }
                consumer.commitSync();
            }
        }
    }

    static String header(ConsumerRecord<String, String> record, String name) {
        return new String(record.headers().lastHeader(name).value());
    }
}
