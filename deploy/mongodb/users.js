// Run by mongosh beside a member: the replica set, then a user for operations and one per service, as the secrets say.
// Done again it changes nothing, but gives each user the password that its file holds.
const { readdirSync, readFileSync } = require("fs");
const SECRETS = "/run/secrets";
const password = (user) => readFileSync(`${SECRETS}/mongodb-${user}`, "utf8").trim();
const admin = db.getSiblingDB("admin");

function signedIn() {
  try {
    return Boolean(admin.auth("ops", password("ops")).ok);
  } catch (refused) {
    return false;
  }
}

function formTheSet() {
  const hosts = (process.env.MEMBERS || "mongodb:27017").split(",");
  // The member beside us is the first to be elected: the first user can only be made from here.
  const members = hosts.map((host, rank) => ({ _id: rank, host, priority: rank ? 1 : 2 }));
  if (!db.hello().setName) rs.initiate({ _id: "rs0", members });
  while (!db.hello().isWritablePrimary) sleep(200);
}

function give(database, user, roles) {
  const said = { pwd: password(user), roles, mechanisms: ["SCRAM-SHA-256"] };
  if (database.getUser(user)) database.updateUser(user, said);
  else database.createUser({ user, ...said });
}

const known = signedIn();
formTheSet();
if (!known) {
  // Allowed once, from this member's own address, while there is no user (MongoDB's « localhost exception »).
  admin.createUser({ user: "ops", pwd: password("ops"), roles: ["root"], mechanisms: ["SCRAM-SHA-256"] });
  admin.auth("ops", password("ops"));
}
for (const file of readdirSync(SECRETS).filter((name) => name.startsWith("mongodb-") && name !== "mongodb-ops")) {
  const service = file.slice("mongodb-".length);
  const name = `etabli_${service}`;
  give(db.getSiblingDB(name), service, ["readWrite", "dbAdmin"].map((role) => ({ role, db: name })));
  print(`${name}: ${service}`);
}
