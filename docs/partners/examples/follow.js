// Suit le sujet de l’organisme ou de l’école, dans l’ordre ; relancé, reprend où il en était. npm install kafkajs
import { Kafka } from "kafkajs";

const tenant = process.env.TENANT;
const consumer = new Kafka({ brokers: [process.env.KAFKA] }).consumer({ groupId: "partner." + tenant + ".js" });
await consumer.connect();
await consumer.subscribe({ topic: "etabli.outbound." + tenant, fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    // Enregistrez l’événement ici : le même « ce_id » peut revenir, passez-le alors.
    console.log(message.offset, String(message.headers.ce_id), String(message.headers.ce_type), String(message.value));
  },
});
