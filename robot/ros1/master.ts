import { connect } from "node:net";
import type { Socket } from "node:net";
import { OnarmError } from "../../src/domain/errors.ts";

/** A master that takes longer to answer is not there, ms. */
const PATIENCE = 3000;

const remedies: Readonly<Record<string, (host: string) => string>> = {
  ENOTFOUND: (host) =>
    `the name ${host} cannot be resolved; add it to /etc/hosts, install mDNS for .local names, or give its address`,
  EAI_AGAIN: (host) => `the name ${host} cannot be resolved now; add it to /etc/hosts, or give its address`,
  ECONNREFUSED: () => "nothing listens there; switch the robot on and wait until it has started, or correct the port",
  EHOSTUNREACH: () => "no way leads there; look at the cable and at this machine's address in the robot's network",
  ENETUNREACH: () => "no way leads there; look at the cable and at this machine's address in the robot's network",
  ETIMEDOUT: () => "it does not answer; look at the cable, the address and any firewall between",
};

/** Reads "http://host:port". @throws "usage.invalid" for anything else, with an example */
export function masterAt(uri: string): { readonly host: string; readonly port: number; readonly uri: string } {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url?.protocol !== "http:" || url.hostname === "")
    throw new OnarmError("usage.invalid", `"${uri}" is no ROS master; one is written http://host:11311`, { uri });
  const port = url.port === "" ? 11311 : Number(url.port);
  return { host: url.hostname, port, uri: `http://${url.hostname}:${port}` };
}

/**
 * Opens an idle connection to a ROS 1 master. While it stands, the master lives: a process that dies closes it at once, whereas the topics of a
 * dead master go on. Its local address is the one of this machine that faces the robot. Rejects with "link.lost", naming what is wrong.
 */
export function reachMaster(uri: string): Promise<Socket> {
  const { host, port } = masterAt(uri);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const refuse = (code: string, cause?: unknown) => {
      socket.destroy();
      const why = remedies[code]?.(host) ?? `${code}; look at the network`;
      reject(new OnarmError("link.lost", `no ROS master answers at http://${host}:${port}: ${why}`, { uri, code }, cause));
    };
    socket.setTimeout(PATIENCE, () => refuse("ETIMEDOUT"));
    socket.once("error", (error: NodeJS.ErrnoException) => refuse(error.code ?? error.message, error));
    socket.once("connect", () => {
      socket.setTimeout(0).removeAllListeners("timeout").removeAllListeners("error");
      socket.setKeepAlive(true, 1000).on("error", () => {});
      resolve(socket.resume());
    });
  });
}
