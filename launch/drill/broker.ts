import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { OnarmError } from "../../src/domain/errors.ts";

/** A real Mosquitto of its own, with a password file and an access list, that may be killed and started again on the same port. */
export interface Broker {
  readonly url: string;
  /** Of the authority of its certificate, where it speaks TLS. */
  readonly ca?: string;
  start(): Promise<void>;
  /** Resolves when it is gone. What it had on its disk is there at the next start. */
  kill(signal: NodeJS.Signals): Promise<void>;
  close(): Promise<void>;
}

export interface Login {
  readonly username: string;
  readonly password: string;
}
export const SITE = "lab";
export const ROBOT = "arm1";
/** Who may say what: an arm its own, the fleet's owner commands alone, a stranger nothing. */
export const armLogin: Login = { username: "arm1", password: "an arm's secret" };
export const fleetLogin: Login = { username: "fleet", password: "the fleet's secret" };
export const strangerLogin: Login = { username: "stranger", password: "nobody's secret" };

const accessList = `user ${armLogin.username}
topic write onarm/v1/${SITE}/${ROBOT}/#
topic read onarm/v1/${SITE}/${ROBOT}/command
user ${fleetLogin.username}
topic read onarm/v1/#
topic write onarm/v1/+/+/command
`;

/** The places of bin/mosquitto.mjs. */
const places = [process.env["ONARM_MOSQUITTO"], "/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"];

/** As mosquitto_passwd writes it: PBKDF2 over SHA-512. */
function passwordLine({ username, password }: Login) {
  const [salt, rounds] = [randomBytes(12), 101];
  const hash = pbkdf2Sync(password, salt, rounds, 64, "sha512");
  return `${username}:$7$${rounds}$${salt.toString("base64")}$${hash.toString("base64")}\n`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, "127.0.0.1", () => (socket.destroy(), resolve(true)));
    socket.on("error", () => resolve(false));
  });

const openssl = (folder: string, ...args: string[]) => promisify(execFile)("openssl", args, { cwd: folder });

/** An authority that signs one certificate, for localhost. */
async function certificates(folder: string) {
  const subject = (name: string) => ["-subj", `/CN=${name}`, "-newkey", "rsa:2048", "-nodes"];
  await openssl(folder, "req", "-x509", ...subject("lab"), "-keyout", "ca.key", "-out", "ca.pem", "-days", "1");
  await openssl(folder, "req", ...subject("localhost"), "-keyout", "broker.key", "-out", "broker.csr");
  await writeFile(join(folder, "names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  const signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", "-days", "1"];
  await openssl(folder, "x509", "-req", "-in", "broker.csr", ...signing, "-out", "broker.pem");
}

/** Makes one, not yet started. Where that cannot be: why, as text. */
export async function broker(folder: string, { tls = false } = {}): Promise<Broker | string> {
  const program = places.find((file) => file !== undefined && existsSync(file));
  if (program === undefined) return "no Mosquitto here; install the package 'mosquitto' or name one in ONARM_MOSQUITTO";
  const place = join(folder, "broker");
  await mkdir(place, { recursive: true });
  if (tls) {
    const failed = await certificates(place).catch(
      (error: Error) => `no certificate can be made here (${error.message.split("\n")[0]})`,
    );
    if (failed) return failed;
  }
  const port = await freePort();
  await writeFile(join(place, "passwords"), [armLogin, fleetLogin, strangerLogin].map(passwordLine).join(""), { mode: 0o600 });
  await writeFile(join(place, "access"), accessList, { mode: 0o600 });
  const settings = [
    `user ${userInfo().username}`,
    `listener ${port} 127.0.0.1`,
    ...(tls ? ["certfile broker.pem", "keyfile broker.key"] : []),
    "allow_anonymous false",
    "password_file passwords",
    "acl_file access",
    "persistence true",
    "persistence_location ./",
    "autosave_on_changes true",
    "autosave_interval 1",
    "max_queued_messages 100000",
  ];
  await writeFile(join(place, "mosquitto.conf"), `${settings.join("\n")}\n`);

  let child: ChildProcess | undefined;
  // A drill that ends in a hurry leaves no broker behind.
  const last = () => void child?.kill("SIGKILL");
  process.once("exit", last);
  const kill = async (signal: NodeJS.Signals) => {
    const dying = child;
    child = undefined;
    if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
    const gone = once(dying, "exit");
    dying.kill(signal);
    await gone;
  };
  return {
    url: `${tls ? "mqtts://localhost" : "mqtt://127.0.0.1"}:${port}`,
    ...(tls ? { ca: join(place, "ca.pem") } : {}),
    async start() {
      const started = spawn(program, ["-c", "mosquitto.conf"], { cwd: place, stdio: ["ignore", "ignore", "pipe"] });
      let words = "";
      started.stderr.on("data", (chunk: Buffer) => (words = (words + chunk.toString()).slice(-2000)));
      child = started;
      for (let k = 0; k < 250; k++) {
        if (started.exitCode !== null) break;
        if (await answers(port)) return;
        await pause(20);
      }
      await kill("SIGKILL");
      throw new OnarmError("process.lost", `mosquitto does not listen on port ${port}: ${words.trim()}`);
    },
    kill,
    close: () => {
      process.off("exit", last);
      return kill("SIGKILL");
    },
  };
}
