// Reçoit les webhooks et vérifie leur signature. npm install standardwebhooks
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.SECRET);
createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  try {
    const event = webhook.verify(Buffer.concat(parts).toString(), request.headers);
    // Enregistrez l’événement avant de répondre : le même « webhook-id » peut revenir, passez-le alors.
    console.log(request.headers["webhook-id"], event.type, event.data.read ?? "");
    response.writeHead(204).end();
  } catch {
    response.writeHead(401).end();
  }
}).listen(Number(process.env.PORT), "127.0.0.1");
