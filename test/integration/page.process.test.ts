import { once } from "node:events";
import { expect } from "chai";
import { WebSocket } from "ws";
import { openPage } from "../../launch/page.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { isOnarmError } from "../../src/domain/errors.ts";
import { subProtocol, type ServerMessage } from "../../src/operator/protocol.ts";
import { practising } from "../support/pageStates.ts";

const token = "a-token-of-this-test";
const link = (url: string) => new WebSocket(url.replace("http://", "ws://").replace("/?", "/ws?"), subProtocol);

describe("the page's process", () => {
  it("shows what it is handed, hands back what the operator asks, and closes", async () => {
    const page = await openPage({ port: 0, token, description: sawyer }, () => {});
    for (let steps = 0; steps <= 2000; steps++) page.show({ ...practising, counters: { ...practising.counters, steps } });
    const socket = link(page.url);
    await new Promise<void>((resolve) =>
      socket.on("message", (data) => {
        const message = JSON.parse(String(data)) as ServerMessage;
        if (message.type === "state" && message.state.counters.steps === 2000) resolve();
      }),
    );
    const asked = new Promise((resolve) => page.command$.subscribe(resolve));
    socket.send('{"type":"stop"}');
    expect(await asked).to.deep.equal({ kind: "stop", by: "operator 1" });
    const closed = once(socket, "close");
    await page.close();
    expect((await closed)[0]).to.equal(1001);
  });

  it("comes back at the same link with the newest snapshot when its process is killed, and says so", async () => {
    const lines: string[] = [];
    const page = await openPage({ port: 0, token, description: sawyer }, (line) => lines.push(line));
    page.show({ ...practising, counters: { ...practising.counters, steps: 7 } });
    const before = page.pid!;
    process.kill(before, "SIGKILL");
    const steps = await new Promise<number>((resolve) => {
      const look = () => {
        const socket = link(page.url);
        socket.on("error", () => setTimeout(look, 100));
        socket.on("message", (data) => {
          const message = JSON.parse(String(data)) as ServerMessage;
          if (message.type !== "state" || page.pid === before) return;
          socket.close();
          resolve(message.state.counters.steps);
        });
      };
      look();
    });
    expect(steps).to.equal(7);
    expect(lines).to.deep.equal(["the page's process ended; it is started again (1 of 3)"]);
    await page.close();
  });

  it("passes on why it cannot listen", async () => {
    const first = await openPage({ port: 0, token, description: sawyer }, () => {});
    const error: unknown = await openPage({ port: Number(new URL(first.url).port), token, description: sawyer }, () => {}).catch(
      (e: unknown) => e,
    );
    expect(isOnarmError(error) && error.code).to.equal("usage.invalid");
    expect(String(error)).to.include("--port");
    await first.close();
  });
});
