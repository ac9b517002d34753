import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { broker, type Broker } from "../../launch/drill/broker.ts";
import { skip } from "./skip.ts";

export interface TestBroker extends Broker {
  readonly folder: string;
}

/** A broker in a folder of its own; the test is skipped where there is none. Not yet started. */
export async function testBroker(context: Mocha.Context, options: { readonly tls?: boolean } = {}): Promise<TestBroker> {
  const folder = await mkdtemp(join(tmpdir(), "onarm-broker-"));
  const made = await broker(folder, options);
  if (typeof made === "string") {
    await rm(folder, { recursive: true });
    skip(context, made);
  }
  return {
    ...made,
    folder,
    close: async () => {
      await made.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until something is so; fails with what was waited for. */
export async function until(what: string, is: () => boolean, patience = 20_000): Promise<void> {
  for (const end = Date.now() + patience; !is(); await new Promise((done) => setTimeout(done, 20)))
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
}
