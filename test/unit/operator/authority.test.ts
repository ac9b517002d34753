import type { IncomingMessage } from "node:http";
import { expect } from "chai";
import fc from "fast-check";
import { admit, ownHosts, rateLimit, type Door } from "../../../src/operator/authority.ts";
import { keysOf } from "../../../src/operator/keys.ts";

const door = (more: Partial<Door> = {}): Door => ({
  scheme: "http",
  hosts: new Set(ownHosts),
  keys: keysOf({ operator: "right", viewer: "watching" }, "secret"),
  ...more,
});
const asked = (url: string, headers: Record<string, string> = {}, at = door()) =>
  admit(
    { url, headers: { host: "127.0.0.1:8642", "sec-websocket-protocol": "onarm.v1", ...headers } } as unknown as IncomingMessage,
    at,
    "onarm.v1",
  );
const refusal = (url: string, headers: Record<string, string> = {}, at?: Door) => {
  const answer = asked(url, headers, at);
  return "status" in answer ? answer.status : undefined;
};

describe("the door to the link", () => {
  it("knows an operator from somebody who only watches by the token", () => {
    expect(asked("/ws?token=right")).to.deep.equal({ role: "operator" });
    expect(asked("/ws?token=watching")).to.deep.equal({ role: "viewer" });
    expect(asked("/ws", { authorization: "Bearer watching" })).to.deep.equal({ role: "viewer" });
  });

  it("lets a program in by header, and a browser by address", () => {
    expect(refusal("/ws", { authorization: "Bearer right" })).to.equal(undefined);
    expect(refusal("/ws?token=right", { origin: "http://127.0.0.1:8642" })).to.equal(undefined);
    expect(refusal("/ws?token=right", { host: "localhost:8642", origin: "http://localhost:8642" })).to.equal(undefined);
  });

  it("asks for the token: absent, empty, wrong, longer or shorter is 401", () => {
    for (const url of ["/ws", "/ws?token=", "/ws?token=wrong", "/ws?token=right%20", "/ws?token=righ"])
      expect(refusal(url)).to.equal(401);
    expect(refusal("/ws?token=right", { authorization: "Bearer wrong" })).to.equal(401);
    expect(refusal("/ws", { authorization: "Basic right" })).to.equal(401);
  });

  it("refuses a foreign page even with the right token: 403", () => {
    for (const origin of [
      "http://evil.example",
      "https://127.0.0.1:8642",
      "http://127.0.0.1:9999",
      "null",
      "http://localhost:8642",
    ])
      expect(refusal("/ws?token=right", { origin }), origin).to.equal(403);
  });

  it("refuses a name that only leads here (DNS rebinding): 403", () => {
    expect(refusal("/ws?token=right", { host: "evil.example:8642", origin: "http://evil.example:8642" })).to.equal(403);
    expect(refusal("/ws?token=right", { host: "" })).to.equal(403);
  });

  it("is at /ws alone, and speaks onarm.v1 alone", () => {
    expect(refusal("/?token=right")).to.equal(404);
    expect(refusal("//", {})).to.equal(404);
    expect(refusal("/ws?token=right", { "sec-websocket-protocol": "chat" })).to.equal(400);
  });

  it("over TLS answers to the names it is called by, and to a page that came over TLS alone", () => {
    const tls = door({ scheme: "https", hosts: new Set([...ownHosts, "arm.lab.example"]) });
    const from = (host: string, origin: string) => refusal("/ws?token=right", { host, origin }, tls);
    expect(from("arm.lab.example:8642", "https://arm.lab.example:8642")).to.equal(undefined);
    expect(from("127.0.0.1:8642", "https://127.0.0.1:8642")).to.equal(undefined);
    expect(from("arm.lab.example:8642", "http://arm.lab.example:8642")).to.equal(403);
    expect(from("other.lab.example:8642", "https://other.lab.example:8642")).to.equal(403);
  });

  it("uses a link's token up only for who gets in", () => {
    const at = door();
    const link = `/ws?token=${at.keys.link()}`;
    expect(refusal(link, { origin: "http://evil.example" }, at)).to.equal(403);
    expect(refusal(link.replace("/ws", "/"), {}, at)).to.equal(404);
    expect(refusal(link, { "sec-websocket-protocol": "chat" }, at)).to.equal(401);
    const entry = asked(link, {}, at);
    expect(entry).to.have.keys("role", "session").and.include({ role: "operator" });
    expect(refusal(link, {}, at)).to.equal(401);
    expect(asked("/ws", { authorization: `Bearer ${(entry as { session: string }).session}` }, at)).to.deep.equal({
      role: "operator",
    });
  });

  it("decides about any address and header without throwing", () => {
    fc.assert(fc.property(fc.string(), fc.string(), fc.string(), (url, host, origin) => void refusal(url, { host, origin })));
  });
});

describe("the rate limit", () => {
  it("lets a burst through, then only the rate", () => {
    let time = 0;
    const within = rateLimit(5, 2, () => time);
    expect(Array.from({ length: 8 }, within)).to.deep.equal([true, true, true, true, true, false, false, false]);
    time = 1;
    expect(Array.from({ length: 4 }, within)).to.deep.equal([true, true, false, false]);
    time = 1000;
    expect(Array.from({ length: 6 }, within).filter(Boolean)).to.have.length(5);
  });
});
