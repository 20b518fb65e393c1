// Durable appends with Emmett on SQLite: node append.mjs CLIENTS APPENDS prints events per second.
// Its own store opens the file anew for every append. This keeps it open, which is faster; and since a connection holds
// one transaction at a time, clients take turns.
import { randomUUID } from "node:crypto";
import { appendToStream, createEventStoreSchema, sqliteConnection } from "@event-driven-io/emmett-sqlite";

const [clients, appends] = process.argv.slice(2).map(Number);
const connection = sqliteConnection({ fileName: `emmett-${clients}-${process.pid}.db` });
await createEventStoreSchema(connection);
await connection.command("PRAGMA synchronous = FULL");
const mode = await connection.querySingle("PRAGMA journal_mode");
const durability = await connection.querySingle("PRAGMA synchronous");
if (mode.journal_mode !== "wal" || durability.synchronous !== 2) throw new Error("not durable");

const event = (number) => ({
  type: "punched",
  data: { staff: `s-${String(number).padStart(6, "0")}`, device: "terminal-1", at: 1_790_000_000 + number, note: "x".repeat(220) },
  metadata: { actor: "terminal-1", command_id: randomUUID() },
});
const work = Array.from({ length: clients }, (_, client) => ({
  stream: `attendance-s${String(client).padStart(4, "0")}-2026-12`,
  events: Array.from({ length: appends }, (_, round) => event(round * clients + client)),
}));

let turn = Promise.resolve();
const inTurn = (append) => (turn = turn.then(append));
const started = performance.now();
await Promise.all(
  work.map(async ({ stream, events }) => {
    let expectedStreamVersion = "STREAM_DOES_NOT_EXIST";
    for (const event of events) {
      const appended = await inTurn(() => appendToStream(connection, stream, "attendance", [event], { expectedStreamVersion }));
      if (!appended.success) throw new Error(`${stream} refused`);
      expectedStreamVersion = appended.nextStreamPosition;
    }
  }),
);
const seconds = (performance.now() - started) / 1000;
const { count } = await connection.querySingle("SELECT count(*) AS count FROM emt_messages");
if (count !== clients * appends) throw new Error(`${count} events`);
console.log(Math.round((clients * appends) / seconds));
connection.close();
