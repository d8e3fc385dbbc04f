import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.*;

/** Apache Kafka's own client; questions and answers as peer.py says. */
public class JavaPeer {
    static final ObjectMapper JSON = new ObjectMapper();

    static Map<String, Object> settings(JsonNode question, Object... more) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", question.get("brokers").asText());
        for (int i = 0; i < more.length; i += 2) settings.put((String) more[i], more[i + 1]);
        return settings;
    }

    static byte[] bytes(JsonNode node) {
        return node.isNull() ? null : Base64.getDecoder().decode(node.asText());
    }

    static JsonNode text(byte[] data) {
        return data == null ? JSON.nullNode() : JSON.getNodeFactory().textNode(Base64.getEncoder().encodeToString(data));
    }

    static void hello(ObjectNode answer) throws Exception {
        var about = new Properties();
        try (var in = KafkaConsumer.class.getResourceAsStream("/kafka/kafka-version.properties")) { about.load(in); }
        answer.put("version", about.getProperty("version"));
        answer.set("codecs", JSON.valueToTree(List.of("none", "gzip", "snappy", "lz4", "zstd")));
        answer.putArray("lacks");
        answer.putArray("protocols").add("consumer");
    }

    static void produce(JsonNode question) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (var producer = new KafkaProducer<>(settings(question, "compression.type", question.get("codec").asText(),
            "acks", question.get("acks").asText(), "enable.idempotence", question.get("idempotent").asBoolean(),
            "linger.ms", 20), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (JsonNode r : question.get("records")) {
                List<Header> headers = new ArrayList<>();
                for (JsonNode h : r.get("h")) headers.add(new RecordHeader(h.get(0).asText(), bytes(h.get(1))));
                sent.add(producer.send(new ProducerRecord<>(question.get("topic").asText(), r.get("p").asInt(),
                    r.get("t").asLong(), bytes(r.get("k")), bytes(r.get("v")), headers)));
            }
            producer.flush();
            for (var future : sent) future.get();
        }
    }

    static void read(Consumer<byte[], byte[]> consumer, long count, ArrayNode records) throws Exception {
        while (records.size() < count) {
            var polled = consumer.poll(Duration.ofSeconds(30));
            if (polled.isEmpty()) throw new TimeoutException(records.size() + " of " + count + " records in 30 s");
            for (var r : polled) {
                ObjectNode one = records.addObject().put("p", r.partition()).put("o", r.offset()).put("t", r.timestamp());
                one.set("k", text(r.key()));
                one.set("v", text(r.value()));
                ArrayNode headers = one.putArray("h");
                for (Header h : r.headers()) headers.addArray().add(h.key()).add(text(h.value()));
            }
        }
    }

    static void consume(JsonNode question, int partitions, ArrayNode records) throws Exception {
        String topic = question.get("topic").asText();
        var places = IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)).toList();
        try (var consumer = new KafkaConsumer<>(settings(question), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(places);
            consumer.seekToBeginning(places);
            long count = 0;
            for (long end : consumer.endOffsets(places).values()) count += end;
            for (long first : consumer.beginningOffsets(places).values()) count -= first;
            read(consumer, count, records);
        }
    }

    static void learn(JsonNode question, ObjectNode answer) throws Exception {
        String topic = question.get("topic").asText();
        int partitions;
        try (var producer = new KafkaProducer<>(settings(question), new StringSerializer(), new StringSerializer())) {
            for (JsonNode value : question.get("values")) producer.send(new ProducerRecord<>(topic, value.asText()));
            producer.flush();
            partitions = producer.partitionsFor(topic).size();
        }
        ArrayNode records = JSON.createArrayNode(), values = answer.putArray("values");
        consume(question, partitions, records);
        for (JsonNode r : records) values.add(new String(bytes(r.get("v")), StandardCharsets.UTF_8));
    }

    static void group(JsonNode question, ArrayNode records) throws Exception {
        try (var consumer = new KafkaConsumer<>(settings(question, "group.id", question.get("group").asText(),
            "auto.offset.reset", "earliest", "enable.auto.commit", false),
            new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(question.get("topic").asText()));
            read(consumer, question.get("count").asLong(), records);
            consumer.commitSync();
        }
    }

    static void say(PrintStream out, String name, Object value) throws Exception {
        out.println(JSON.writeValueAsString(Map.of(name, value)));
        out.flush();
    }

    static void member(JsonNode question, PrintStream out) throws Exception {
        var settings = settings(question, "group.id", question.get("group").asText(), "auto.offset.reset", "earliest",
            "enable.auto.commit", false, "group.protocol", question.get("protocol").asText());
        // With the newer protocol the session is the broker's to say.
        if (settings.get("group.protocol").equals("classic")) {
            settings.put("session.timeout.ms", 6000);
            settings.put("heartbeat.interval.ms", 1000);
        }
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(question.get("topic").asText()));
            while (true) {
                List<List<Long>> read = new ArrayList<>();
                for (var r : consumer.poll(Duration.ofMillis(500))) read.add(List.of((long) r.partition(), r.offset()));
                if (read.isEmpty()) continue;
                say(out, "read", read);
                try {
                    consumer.commitSync();
                    say(out, "committed", true);
                } catch (KafkaException e) {
                    say(out, "lost", e.toString());
                }
            }
        }
    }

    static void answer(JsonNode question, ObjectNode answer, PrintStream out) throws Exception {
        switch (question.get("op").asText()) {
            case "hello" -> hello(answer);
            case "produce" -> produce(question);
            case "consume" -> consume(question, question.get("partitions").asInt(), answer.putArray("records"));
            case "learn" -> learn(question, answer);
            case "group" -> group(question, answer.putArray("records"));
            case "member" -> member(question, out);
            default -> answer.put("error", "unknown question");
        }
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        System.setOut(System.err);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            ObjectNode answer = JSON.createObjectNode();
            try {
                answer(JSON.readTree(line), answer, out);
            } catch (Exception e) {
                e.printStackTrace();
                answer.put("error", e.toString());
            }
            out.println(JSON.writeValueAsString(answer));
            out.flush();
        }
    }
}
