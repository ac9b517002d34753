import { WebSocket } from "ws";
import type { ServerMessage } from "../../src/operator/protocol.ts";
import type { start } from "./verbs.run.ts";

export const token = "the-lab's-own";

/** The operator's page as a program sees it, which knows the token that the run was given. */
export async function operator(run: ReturnType<typeof start>) {
  const link = new URL(await run.when(() => /http:\S+token=\S+/.exec(run.stderr())?.[0] ?? false));
  const socket = new WebSocket(`ws://${link.host}/ws`, "onarm.v1", { headers: { authorization: `Bearer ${token}` } });
  const refusals: string[] = [];
  const heard = new Map<string, ServerMessage>();
  let seen: Extract<ServerMessage, { type: "state" }>["state"] | undefined;
  socket.on("message", (data) => {
    const message = JSON.parse(String(data)) as ServerMessage;
    heard.set(message.type, message);
    if (message.type === "state") seen = message.state;
    if (message.type === "refused") refusals.push(message.reason);
  });
  return {
    ask: (type: string) => socket.send(JSON.stringify({ type })),
    say: (message: object) => socket.readyState === socket.OPEN && socket.send(JSON.stringify(message)),
    tip: () => seen!.arm!.tip,
    refusals: () => refusals,
    /** Resolves when a snapshot is as wanted. */
    state: (wanted: (state: NonNullable<typeof seen>) => boolean) => run.when(() => (seen && wanted(seen) ? seen : false)),
    /** Resolves with the last message of a type, when it is as wanted. */
    last: <K extends ServerMessage["type"]>(type: K, wanted: (message: Extract<ServerMessage, { type: K }>) => boolean) =>
      run.when(() => {
        const message = heard.get(type) as Extract<ServerMessage, { type: K }> | undefined;
        return message && wanted(message) ? message : false;
      }),
    mode: (wanted: string) => run.when(() => (seen?.mode === wanted ? seen : false)),
    close: () => socket.terminate(),
  };
}
