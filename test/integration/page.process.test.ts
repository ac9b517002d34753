import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { WebSocket } from "ws";
import { openPage } from "../../launch/page.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { isOnarmError } from "../../src/domain/errors.ts";
import { subProtocol, type ServerMessage } from "../../src/operator/protocol.ts";
import { practising } from "../support/pageStates.ts";
import { until } from "./verbs.run.ts";

const token = "a-token-of-this-test";
const link = (url: string) => new WebSocket(url.replace("http://", "ws://").replace("/?", "/ws?"), subProtocol);

/** A run that does nothing but show its page, as a process whose stderr can be read. */
async function printed() {
  const child = fork(fileURLToPath(new URL("../support/pageAlone.ts", import.meta.url)), [], {
    execArgv: ["--import", "tsx"],
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let text = "";
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (chunk) => (text += chunk));
  const links = () => [...text.matchAll(/the page: (http\S+)\n/g)].map((match) => match[1]!);
  const end = async () => {
    child.disconnect();
    await once(child, "exit");
  };
  const link = await until(() => links()[0]);
  return { run: { child, text: () => text, links, end }, link };
}

/** What the server says to whoever comes by a link. */
const hello = (url: string) =>
  new Promise<Extract<ServerMessage, { type: "hello" }>>((resolve, reject) => {
    const socket = link(url);
    socket.on("error", reject);
    socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as ServerMessage;
      if (message.type !== "hello") return;
      resolve(message);
      socket.terminate();
    });
  });

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

  it("comes back for whoever came by the link that opens once, and lets nobody in by that link again", async () => {
    const { run, link } = await printed();
    const first = await hello(link);
    expect(first.session).to.match(/^0\.[\w-]{43}$/);
    run.child.send("kill");
    await until(() => run.text().includes("it is started again"));
    const again = await until(() => hello(link.replace(/token=.*/, `token=${first.session}`)).catch(() => undefined));
    expect(again).to.include({ role: "operator" }).and.not.have.property("session");
    expect(await hello(link).catch((error: Error) => error.message)).to.include("401");
    expect(run.links(), "a page that comes back tells no link that nobody asked for").to.deep.equal([link]);
    expect(run.text()).to.include(`for another browser: kill -USR2 ${run.child.pid}`);
    await run.end();
  });

  it("prints a link for another browser when its run gets SIGUSR2, and the one before opens no more", async () => {
    const { run, link } = await printed();
    run.child.kill("SIGUSR2");
    const second = await until(() => run.links()[1]);
    expect(await hello(link).catch((error: Error) => error.message)).to.include("401");
    expect(await hello(second)).to.have.property("session");
    await run.end();
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
