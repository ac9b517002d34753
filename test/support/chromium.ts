import { existsSync } from "node:fs";
import process from "node:process";
import { chromium, type Browser } from "playwright-core";
import { skip } from "./skip.ts";

/** The same places as in bin/chromium.mjs. */
const places = [process.env["ONARM_CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Starts a headless Chromium that talks to nobody else; the suite is skipped where there is none. */
export async function launchChromium(context: Mocha.Context): Promise<Browser> {
  const executablePath = places.find((file) => file !== undefined && existsSync(file));
  if (executablePath === undefined)
    skip(context, "no Chromium here; install the package 'chromium' or name one in ONARM_CHROMIUM");
  return await chromium.launch({
    executablePath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}
