import { readFileSync } from "node:fs";
import { expect } from "chai";
import { of } from "rxjs";
import { WebSocket } from "ws";
import { openPage } from "../../launch/page.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { serveOperator } from "../../src/operator/server.ts";
import { certificates } from "../support/certificate.ts";
import { saying } from "../support/deskRig.ts";
import { practising } from "../support/pageStates.ts";
import { until } from "./verbs.run.ts";

const viewerToken = "a-viewer-of-this-test";

interface First {
  readonly sessionId: string;
  readonly steps: number;
}

/** Comes as a viewer's program does, over and over until it is let in: who the server is, and the first counters it tells. */
async function firstOf(url: string, options: WebSocket.ClientOptions = {}): Promise<First> {
  const attempt = () =>
    new Promise<First | undefined>((resolve) => {
      const socket = new WebSocket(url, "foxglove.sdk.v1", options);
      let sessionId = "";
      const end = (first?: First) => {
        resolve(first);
        socket.terminate();
      };
      socket.on("error", () => end());
      socket.on("close", () => end());
      socket.on("message", (data: Buffer, binary) => {
        if (binary) return end({ sessionId, steps: (JSON.parse(data.subarray(13).toString()) as { steps: number }).steps });
        const message = JSON.parse(data.toString()) as {
          op: string;
          sessionId: string;
          channels: { id: number; topic: string }[];
        };
        if (message.op === "serverInfo") sessionId = message.sessionId;
        if (message.op !== "advertise") return;
        const channelId = message.channels.find(({ topic }) => topic === "/onarm/counters")!.id;
        socket.send(JSON.stringify({ op: "subscribe", subscriptions: [{ id: 0, channelId }] }));
      });
    });
  return await until(attempt);
}

describe("the address for viewers", function () {
  this.timeout(60_000);

  it("lets an allowed page in, and brings it back when the page's process was killed, to a server that says it is another", async () => {
    const allowedOrigins = ["https://viewer.example"];
    const page = await openPage({ port: 0, viewerToken, description: sawyer, allowedOrigins }, () => {});
    page.show(practising);
    const address = `ws://${new URL(page.url).host}/?token=${viewerToken}`;
    const from = { origin: allowedOrigins[0]! };
    const before = await firstOf(address, from);
    expect(before.steps).to.equal(1240);
    page.show({ ...practising, counters: { ...practising.counters, steps: 1300 } });
    const lost = page.pid!;
    process.kill(lost, "SIGKILL");
    await until(() => (page.pid !== lost ? page.pid : undefined));
    const after = await firstOf(address, from);
    expect(after.steps).to.equal(1300);
    expect(after.sessionId).to.not.equal(before.sessionId);
    await page.close();
  });

  it("is wss where the page is https", async function () {
    const made = certificates(this);
    const { cert, key } = made.make("page", ["DNS:localhost"]);
    const tls = { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
    const said: string[] = [];
    const server = await serveOperator({
      port: 0,
      tls,
      publicHosts: ["localhost"],
      viewerToken,
      description: sawyer,
      state$: of(practising),
      foxglove: { channels: [saying("/onarm/counters", { tell: ({ time }) => [{ time, body: Buffer.from('{"steps":7}') }] })] },
      onCommand: () => {},
      say: (line) => said.push(line),
    });
    const line = said.find((one) => one.startsWith("for Foxglove"))!;
    const address = line.slice(line.indexOf("wss://localhost:"));
    expect(await firstOf(address, { ca: tls.cert })).to.include({ steps: 7 });
    await server.close();
    made.close();
  });
});
