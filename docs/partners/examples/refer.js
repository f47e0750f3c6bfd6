// Envoie une orientation sur le sujet de l’organisme. npm install kafkajs
import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { Kafka } from "kafkajs";

const referral = JSON.parse(readFileSync(process.argv[2], "utf8"));
const producer = new Kafka({ brokers: [process.env.KAFKA] }).producer({ idempotent: true });
await producer.connect();
await producer.send({
  topic: "etabli.inbound." + process.env.TENANT,
  messages: [{
    key: referral.external_id, value: JSON.stringify(referral),
    headers: {
      ce_specversion: "1.0", ce_id: randomUUID(), ce_source: "/mon-logiciel",
      ce_type: "fr.etabli.inbound.referral.requested.v1", "content-type": "application/json",
    },
  }],
});
await producer.disconnect();
