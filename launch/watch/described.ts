import http from "node:http";
import https from "node:https";
import type { ArmDescription } from "../../src/domain/arm.ts";
import type { Address } from "./address.ts";

/** The arm's description, from the page that is watched; undefined where it cannot be had: less is shown then. */
export function described({ origin, tls }: Address, ca: string | undefined): Promise<ArmDescription | undefined> {
  const options = { timeout: 5000, ...(ca === undefined ? {} : { ca }) };
  return new Promise((resolve) => {
    const asked = (tls ? https : http).get(`${origin}/description.json`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        try {
          resolve(response.statusCode === 200 ? (JSON.parse(String(Buffer.concat(chunks))) as ArmDescription) : undefined);
        } catch {
          resolve(undefined);
        }
      });
    });
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => resolve(undefined));
  });
}
