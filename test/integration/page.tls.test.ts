import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { expect } from "chai";
import { BehaviorSubject } from "rxjs";
import { WebSocket } from "ws";
import { sawyer } from "../../robot/description/sawyer.ts";
import type { Tls } from "../../src/operator/listening.ts";
import { serveOperator, type OperatorServer } from "../../src/operator/server.ts";
import { browserRig } from "../support/browserRig.ts";
import { certificates, type Certificates } from "../support/certificate.ts";
import { empty, practising } from "../support/pageStates.ts";
import { onarm, start, write } from "./verbs.run.ts";

const PUBLIC = "arm.lab.example";

describe("the page over TLS", function () {
  this.timeout(30_000);
  let made: Certificates;
  let files: { readonly cert: string; readonly key: string };
  let tls: Tls;
  before(function () {
    made = certificates(this);
    files = made.make("page", ["DNS:localhost", `DNS:${PUBLIC}`]);
    tls = { cert: readFileSync(files.cert, "utf8"), key: readFileSync(files.key, "utf8") };
  });
  after(() => made?.close());

  describe("to a program", () => {
    let server: OperatorServer;
    let said: string[];
    let port: string;
    beforeEach(async () => {
      said = [];
      server = await serveOperator({
        port: 0,
        tls,
        publicHosts: [PUBLIC],
        token: "t",
        description: sawyer,
        state$: new BehaviorSubject(empty),
        onCommand: () => {},
        say: (line) => said.push(line),
      });
      port = new URL(server.url).port;
    });
    afterEach(async () => await server.close());

    /** What a request is answered that names `host`, over a connection that trusts the certificate. */
    const ask = async (host: string) => {
      const asked = https.get({ host: "127.0.0.1", port, path: "/", ca: tls.cert, servername: "localhost", headers: { host } });
      const [response] = (await once(asked, "response")) as [http.IncomingMessage];
      response.resume();
      return response;
    };
    const upgrade = async (origin: string, host: string) => {
      const agent = new https.Agent({ ca: tls.cert, servername: "localhost" });
      const headers = { origin, host };
      const socket = new WebSocket(`wss://127.0.0.1:${port}/ws?token=t`, "onarm.v1", { agent, headers });
      socket.on("error", () => {});
      const status = await new Promise<number>((resolve) => {
        socket.on("open", () => resolve(101));
        socket.on("unexpected-response", (_, response) => resolve(response.statusCode!));
      });
      socket.terminate();
      return status;
    };

    it("tells its links by the name that it may be called by", () => {
      expect(said[0]).to.match(new RegExp(`^the page: https://${PUBLIC}:${port}/\\?token=`));
      expect(said[1]).to.match(new RegExp(`^to watch only: https://${PUBLIC}:${port}/\\?token=`));
    });

    it("answers to its names and to no other, and lets the page speak wss alone", async () => {
      for (const host of [`${PUBLIC}:${port}`, `localhost:${port}`, `127.0.0.1:${port}`])
        expect((await ask(host)).statusCode, host).to.equal(200);
      expect((await ask(`evil.example:${port}`)).statusCode).to.equal(403);
      const policy = String((await ask("localhost")).headers["content-security-policy"]);
      expect(policy).to.include(`wss://${PUBLIC}:*`).and.not.include("ws://localhost");
    });

    it("lets in a page that came over TLS from the same name, and no other", async () => {
      expect(await upgrade(`https://${PUBLIC}:${port}`, `${PUBLIC}:${port}`)).to.equal(101);
      expect(await upgrade(`http://${PUBLIC}:${port}`, `${PUBLIC}:${port}`)).to.equal(403);
      expect(await upgrade(`https://evil.example:${port}`, `evil.example:${port}`)).to.equal(403);
    });

    it("is watched only by who trusts its certificate; who does not is told how to, and uses no link up", async () => {
      const link = server.renewLink().replace(PUBLIC, "localhost");
      const { code, err } = await onarm("watch", link);
      expect(code).to.equal(2);
      expect(err).to.match(
        /^onarm: watch: the certificate of https:\/\/localhost:\d+ is not trusted \(\w+\); name who signed it with --ca\n$/,
      );
      const watch = start(["watch", link, "--ca", files.cert]);
      await watch.when(() => watch.stderr().includes("live, operator 1"));
      watch.interrupt();
      expect((await watch.ended).code).to.equal(0);
    });

    it("says nothing to who speaks plain HTTP, and goes on", async () => {
      const asked = http.get({ host: "127.0.0.1", port, path: "/" });
      const [error] = (await once(asked, "error")) as [Error];
      expect(error).to.be.an("error");
      expect((await ask("localhost")).statusCode).to.equal(200);
    });
  });

  describe("in a browser", () => {
    const rig = browserRig({
      get tls() {
        return tls;
      },
      publicHosts: ["localhost"],
    });

    it("opens by its link, links up and shows the arm", async () => {
      await rig.open({ ignoreHTTPSErrors: true }, rig.server.renewLink());
      await rig.linked();
      rig.state$.next(practising);
      await rig.says("#mode", "running");
      expect(rig.page.url()).to.equal(`${new URL(rig.server.url).origin}/`);
      expect(rig.page.url()).to.match(/^https:\/\/localhost:/);
      await rig.page.keyboard.press("Space");
      await rig.expectCommands(["stop"]);
    });
  });

  it("is refused before anything moves when its files do not belong together, by every verb that has a page", async () => {
    const other = made.make("other", ["DNS:localhost"]);
    const dir = write("never/mark", "");
    const wrong = ["--tls-cert", files.cert, "--tls-key", other.key, "--port", "0"];
    for (const verb of [["run"], ["demo"], ["practise", "--bundle", dir, "--dataset", dir]]) {
      const { code, err, json } = await onarm(...verb, ...wrong);
      expect(code, verb[0]).to.equal(2);
      expect(json.error.code).to.equal("usage.invalid");
      expect(err, verb[0]).to.match(/^onarm: --tls-key .*is not the key of .*\n$/);
    }
  });
});
