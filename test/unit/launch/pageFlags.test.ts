import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { expect } from "chai";
import { pageFlags, pageOptions, type PageFlags } from "../../../launch/pageFlags.ts";
import { refusalOf } from "../../../launch/refusal.ts";
import { certificates, type Certificates } from "../../support/certificate.ts";

const parsed = (...args: string[]) =>
  pageFlags(new Command().option("--headless")).exitOverride().parse(args, { from: "user" }).opts<PageFlags>();
const options = (...args: string[]) => pageOptions(parsed(...args));
/** The one sentence that is said, and with which exit code. */
const refused = (args: readonly string[], now?: number) => {
  try {
    pageOptions(parsed(...args), now);
  } catch (error) {
    const { exit, message } = refusalOf(error);
    return `${exit}: ${message}`;
  }
  return "not refused";
};

describe("where the page is, on the command line", () => {
  it("is this machine's loopback, with a port and a token if they are given", () => {
    expect(options()).to.deep.equal({ port: 8642 });
    expect(options("--port", "0", "--token", "t")).to.deep.equal({ port: 0, token: "t" });
    expect(options("--host", "::1")).to.deep.equal({ port: 8642, host: "::1", publicHosts: ["[::1]"] });
    expect(options("--headless")).to.equal(undefined);
  });

  it("is nowhere else without TLS, and the reason is said", () => {
    expect(refused(["--host", "0.0.0.0"])).to.match(/^2: --host 0\.0\.0\.0 needs TLS.*add --tls-cert and --tls-key/);
    expect(refused(["--host", "192.168.1.5"])).to.match(/^2: .*needs TLS/);
    expect(refused(["--public-host", "arm.lab.example"])).to.match(/^2: --public-host needs --tls-cert/);
    expect(refused(["--host", "everywhere"])).to.match(/^2: --host everywhere is no address/);
  });

  it("takes no flag that would do nothing, and no empty token", () => {
    expect(refused(["--tls-cert", "a.pem"])).to.match(/^2: --tls-cert needs --tls-key/);
    expect(refused(["--tls-key", "a.key"])).to.match(/^2: --tls-key needs --tls-cert/);
    expect(refused(["--headless", "--tls-cert", "a", "--tls-key", "b"])).to.match(/^2: --tls-cert means nothing with --headless/);
    expect(refused(["--headless", "--host", "127.0.0.1"])).to.match(/^2: --host means nothing/);
    expect(refused(["--token", " "])).to.match(/^2: --token is empty/);
  });
});

describe("where the page is, over TLS", () => {
  let made: Certificates;
  let good: { readonly cert: string; readonly key: string };
  const tls = (pair = good, ...more: string[]) => ["--tls-cert", pair.cert, "--tls-key", pair.key, ...more];
  before(function () {
    made = certificates(this);
    good = made.make("good", ["DNS:localhost", "DNS:arm.lab.example", "DNS:*.arms.example", "IP:192.0.2.7"]);
  });
  after(() => made?.close());

  it("is called by what its certificate is made out to", () => {
    expect(options(...tls()))
      .to.include({ port: 8642 })
      .and.deep.include({ publicHosts: ["localhost"] });
    expect(options(...tls())!.tls!.cert).to.include("BEGIN CERTIFICATE");
    expect(options(...tls(good, "--host", "0.0.0.0", "--public-host", "Arm.lab.example"))).to.deep.include({
      host: "0.0.0.0",
      publicHosts: ["arm.lab.example"],
    });
    expect(options(...tls(good, "--host", "192.0.2.7"))!.publicHosts).to.deep.equal(["192.0.2.7"]);
    expect(
      options(...tls(good, "--host", "::", "--public-host", "one.arms.example", "--public-host", "192.0.2.7"))!.publicHosts,
    ).to.deep.equal(["one.arms.example", "192.0.2.7"]);
  });

  it("is called by no other name, and everywhere only by names that were said", () => {
    expect(refused(tls(good, "--host", "0.0.0.0"))).to.match(/^2: .*needs --public-host/);
    expect(refused(tls(good, "--host", "::"))).to.match(/^2: .*needs --public-host/);
    expect(refused(tls(good, "--public-host", "evil.example"))).to.match(
      /^2: .*not made out to evil\.example but to .*arm\.lab\.example/,
    );
    expect(refused(tls(good, "--host", "192.0.2.8"))).to.match(/^2: .*not made out to 192\.0\.2\.8/);
    for (const name of ["https://arm.lab.example", "arm.lab.example:8642", "arm.lab.example/page", "a b", ""])
      expect(refused(tls(good, "--public-host", name)), name).to.match(/^2: --public-host .*is no name or address by itself/);
    const remote = made.make("remote", ["DNS:arm.lab.example"]);
    expect(refused(tls(remote))).to.match(
      /^2: .*not made out to localhost or 127\.0\.0\.1 .*name what it is made out to with --public-host/,
    );
  });

  it("takes no token from the network that can be guessed by trying", () => {
    const outside = [...tls(), "--host", "192.0.2.7"];
    expect(refused([...outside, "--token", "short"])).to.match(/^2: --host 192\.0\.2\.7 lets anybody .* 16 characters at least/);
    expect(refused([...outside, "--token", "long-enough-to-be-safe"])).to.equal("not refused");
    expect(refused([...tls(), "--token", "short"]), "on loopback").to.equal("not refused");
    expect(() => pageOptions(parsed(...outside), Date.now(), { ONARM_TOKEN: "short" })).to.throw(/16 characters/);
  });

  it("needs the two files: a missing, wrong, foreign or protected one is said with its remedy", () => {
    const other = made.make("other", ["DNS:localhost"]);
    const rubbish = join(made.folder, "rubbish.pem");
    writeFileSync(rubbish, "no certificate");
    const locked = join(made.folder, "locked.key");
    execFileSync("openssl", ["ec", "-in", good.key, "-aes256", "-passout", "pass:x", "-out", locked], { stdio: "ignore" });
    expect(refused(tls({ ...good, cert: "/nowhere.pem" }))).to.match(/^2: \/nowhere\.pem does not exist; check the path/);
    expect(refused(tls({ ...good, key: made.folder }))).to.match(/^2: /);
    expect(refused(tls({ ...good, cert: rubbish }))).to.match(/^2: --tls-cert .*holds no certificate; name a PEM file/);
    expect(refused(tls({ ...good, key: rubbish }))).to.match(/^2: --tls-key .*holds no private key/);
    expect(refused(tls({ ...good, key: good.cert }))).to.match(/^2: --tls-key .*holds no private key/);
    expect(refused(tls({ ...good, key: locked }))).to.match(/^2: --tls-key .*without a passphrase/);
    expect(refused(tls({ ...good, key: other.key }))).to.match(/^2: --tls-key .*is not the key of .*made together/);
  });

  it("takes no certificate that is over, or not yet good", () => {
    const day = 86_400_000;
    expect(refused(tls(), Date.now() + 3 * day)).to.match(/^2: --tls-cert .*good from .* to .* and not now; renew it/);
    expect(refused(tls(), Date.now() - day)).to.match(/^2: .*not now/);
    expect(refused(tls(), NaN)).to.match(/^2: .*not now/);
  });
});
