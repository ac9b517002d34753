import { expect } from "chai";
import { Subject } from "rxjs";
import { sawyer } from "../../robot/description/sawyer.ts";
import { isOnarmError } from "../../src/domain/errors.ts";
import { serveOperator } from "../../src/operator/server.ts";
import type { PageState } from "../../src/operator/protocol.ts";
import { operatorRig, token, type OperatorRig } from "../support/operatorRig.ts";
import { empty, practising } from "../support/pageStates.ts";

describe("the operator's link", () => {
  let rig: OperatorRig;
  beforeEach(async () => (rig = await operatorRig()));
  afterEach(async () => await rig.server.close());

  /** Token of the operators' link that was told. */
  const told = () => new URL(rig.said[0]!.replace("the page: ", "")).searchParams.get("token")!;

  it("tells its address once: a link for one operator, and one for those who only watch; the lasting token is in neither", () => {
    expect(rig.said[0]).to.match(new RegExp(`^the page: http://${rig.base.host}/\\?token=[\\w-]{43}$`));
    expect(rig.said[1]).to.equal(`to watch only: ${rig.server.viewerUrl}`);
    expect(rig.said).to.have.length(2);
    expect(rig.said.join()).to.not.include(token);
  });

  it("lets one in by that link, and whoever comes with it later not; who came first comes back by the session they were given", async () => {
    const first = await rig.linked({ path: `/ws?token=${told()}` });
    const hello = await first.until((message) => message.type === "hello");
    expect(hello).to.include({ role: "operator", name: "operator 1" });
    expect(await rig.statusOf({ path: `/ws?token=${told()}` })).to.equal(401);
    first.socket.terminate();
    const { session } = hello as { session: string };
    const again = await rig.linked({ path: `/ws?token=${session}` });
    expect(await again.until((message) => message.type === "hello")).to.deep.equal({
      type: "hello",
      protocol: "onarm.v1",
      role: "operator",
      name: "operator 2",
    });
  });

  it("gives an operator, and nobody else, a link for another browser", async () => {
    const ask = async (headers: Record<string, string>) => await rig.get("/link", headers, "POST");
    expect((await ask({})).status).to.equal(401);
    expect((await ask({ authorization: `Bearer ${new URL(rig.server.viewerUrl).searchParams.get("token")}` })).status).to.equal(
      401,
    );
    expect((await ask({ authorization: `Bearer ${token}`, origin: "http://evil.example" })).status).to.equal(403);
    expect((await rig.get("/link", { authorization: `Bearer ${token}` })).status).to.equal(404);
    const { status, body } = await ask({ authorization: `Bearer ${token}` });
    expect(status).to.equal(200);
    expect(rig.audited).to.deep.equal(["an operator's program: asked for a link for another browser"]);
    expect(await rig.statusOf({ path: `/ws?token=${told()}` }), "the one before").to.equal(401);
    expect(await rig.statusOf({ path: `/ws${new URL(body).search}` })).to.equal(101);
  });

  it("tells who knocks at the door and why they stay out, but not each knock, and never the token", async () => {
    expect(await rig.statusOf({ headers: { origin: "http://evil.example" } })).to.equal(403);
    for (let i = 0; i < 20; i++) expect(await rig.statusOf({ path: "/ws?token=a-guess" })).to.equal(401);
    expect(rig.audited[0]).to.equal("somebody: was refused at the door: this page's origin may not connect");
    expect(rig.audited[1]).to.match(/^somebody: was refused at the door: the token is missing, wrong/);
    expect(rig.audited.length).to.be.within(5, 10);
    expect(rig.audited.join()).to.not.match(/guess/);
  });

  it("uses no link up for reading the page or its metrics", async () => {
    expect((await rig.get(`/?token=${told()}`)).status).to.equal(200);
    expect((await rig.get(`/metrics?token=${told()}`)).status).to.equal(401);
    expect(await rig.statusOf({ path: `/ws?token=${told()}` })).to.equal(101);
  });

  it("makes a random token where none is given, and another one each time", async () => {
    const others = await Promise.all(
      [1, 2].map(() => serveOperator({ port: 0, description: sawyer, state$: rig.state$, onCommand: () => {}, say: () => {} })),
    );
    expect(others[0]!.token).to.match(/^[\w-]{32}$/);
    expect(others[0]!.token).to.not.equal(others[1]!.token);
    await Promise.all(others.map((other) => other.close()));
  });

  it("refuses a port that is taken, and an empty token, with the remedy", async () => {
    for (const wrong of [{ port: Number(rig.base.port) }, { port: 0, token: " " }]) {
      const error: unknown = await serveOperator({
        description: sawyer,
        state$: rig.state$,
        onCommand: () => {},
        say: () => {},
        ...wrong,
      }).catch((e: unknown) => e);
      expect(isOnarmError(error) && error.code).to.equal("usage.invalid");
      expect(String(error)).to.match(/choose another|leave it out/);
    }
  });

  it("tells metrics to whoever has a token, and to nobody else", async () => {
    const ask = (path: string, headers = {}) => fetch(new URL(path, rig.base), { headers });
    expect((await ask("/metrics")).status).to.equal(401);
    expect((await ask("/metrics?token=wrong")).status).to.equal(401);
    const told = await ask("/metrics", { authorization: `Bearer ${token}` });
    expect([told.status, await told.text()]).to.deep.equal([200, "onarm_ticks_total 3\n"]);
    expect((await ask(`/metrics${new URL(rig.server.viewerUrl).search}`)).status).to.equal(200);
  });

  // Fault O1.
  it("refuses at the upgrade: no token, a wrong one, a foreign origin, another path or protocol", async () => {
    expect(await rig.statusOf({ path: "/ws" })).to.equal(401);
    expect(await rig.statusOf({ path: "/ws?token=wrong" })).to.equal(401);
    expect(await rig.statusOf({ headers: { origin: "http://evil.example" } })).to.equal(403);
    expect(await rig.statusOf({ path: `/other?token=${token}` })).to.equal(404);
    expect(await rig.statusOf({ protocol: "chat" })).to.equal(400);
    expect(await rig.statusOf({ path: "/ws", headers: { authorization: `Bearer ${token}` } })).to.equal(101);
    expect(await rig.statusOf({ headers: { origin: rig.base.origin } })).to.equal(101);
  });

  it("speaks onarm.v1: hello, the latest snapshot without its curves, the curves, and life signs when nothing is new", async () => {
    rig.state$.next(practising);
    const { socket, heard, until } = await rig.linked();
    expect(socket.protocol).to.equal("onarm.v1");
    expect(await until((message) => message.type === "hello")).to.deep.equal({
      type: "hello",
      protocol: "onarm.v1",
      role: "operator",
      name: "operator 1",
    });
    const { series, ...rest } = practising;
    expect(await until((message) => message.type === "state")).to.deep.equal({ type: "state", state: rest });
    expect(await until((message) => message.type === "series")).to.deep.equal({ type: "series", series });
    await until((message) => message.type === "alive");
    expect(heard.filter((message) => message.type === "state")).to.have.length(1);
  });

  it("sends the newest snapshot of a burst, not every one", async () => {
    const { heard, until } = await rig.linked();
    for (let i = 1; i <= 1000; i++) rig.state$.next({ ...empty, counters: { ...empty.counters, steps: i } });
    await until((message) => message.type === "state" && message.state.counters.steps === 1000);
    expect(heard.filter((message) => message.type === "state").length).to.be.lessThan(10);
  });

  it("hands on each command, and answers a ping", async () => {
    const { socket, until } = await rig.linked();
    for (const type of ["hold", "resume", "stop", "reset", "enable", "start"]) socket.send(JSON.stringify({ type }));
    socket.send('{"type":"ping","n":7}');
    await until((message) => message.type === "pong" && message.n === 7);
    expect(rig.commands).to.deep.equal(["hold", "resume", "stop", "reset", "enable", "start"]);
  });

  it("outlives a source of snapshots that fails", async () => {
    const failing$ = new Subject<PageState>();
    const other = await serveOperator({
      port: 0,
      token,
      description: sawyer,
      state$: failing$,
      onCommand: () => {},
      say: () => {},
    });
    failing$.error(new Error("gone"));
    expect((await fetch(new URL("/", other.url))).status).to.equal(200);
    await other.close();
  });

  it("says 1001 to everyone when the run ends", async () => {
    const { closed } = await rig.linked();
    await rig.server.close();
    expect(await closed).to.equal(1001);
  });
});

describe("the page's files", () => {
  let rig: OperatorRig;
  beforeEach(async () => (rig = await operatorRig()));
  afterEach(async () => await rig.server.close());

  it("are served with headers that keep the token in and foreign code out", async () => {
    const { status, headers, body } = await rig.get("/?token=x");
    expect(status).to.equal(200);
    expect(headers["content-security-policy"]).to.include("default-src 'self'").and.include("frame-ancestors 'none'");
    expect(headers["referrer-policy"]).to.equal("no-referrer");
    expect(headers["cache-control"]).to.equal("no-store");
    expect(body).to.include("safety-rated stop").and.not.include(token);
  });

  it("include the arm's description", async () => {
    const { headers, body } = await rig.get("/description.json");
    expect(headers["content-type"]).to.include("application/json");
    expect(JSON.parse(body)).to.deep.equal(JSON.parse(JSON.stringify(sawyer)));
  });

  it("are a fixed list: no path leads anywhere else", async () => {
    for (const path of [
      "/../package.json",
      "/%2e%2e/package.json",
      "/page/../server.ts",
      "/constructor",
      "/__proto__",
      "/ws",
      "//",
    ])
      expect((await rig.get(path)).status, path).to.equal(404);
  });

  it("are read only, and only by a name of this machine", async () => {
    expect((await rig.get("/", {}, "POST")).status).to.equal(405);
    expect((await rig.get("/", {}, "HEAD")).body).to.equal("");
    expect((await rig.get("/", { host: "evil.example" })).status).to.equal(403);
  });
});
