import { existsSync } from "node:fs";
import process from "node:process";
import { chromium, type Browser } from "playwright-core";
import { skip } from "./skip.ts";

/** The same places as in bin/chromium.mjs. */
const places = [process.env["ONARM_CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** 3D by the processor alone, so that a test needs no graphics card; or none, which is how most tests want their page: light. */
const drawing = {
  processor: ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
  flat: ["--disable-gpu", "--disable-3d-apis"],
};

/** Starts a headless Chromium that talks to nobody else; the suite is skipped where there is none. */
export async function launchChromium(context: Mocha.Context, draws: keyof typeof drawing = "flat"): Promise<Browser> {
  const executablePath = places.find((file) => file !== undefined && existsSync(file));
  if (executablePath === undefined)
    skip(context, "no Chromium here; install the package 'chromium' or name one in ONARM_CHROMIUM");
  return await chromium.launch({
    executablePath,
    args: [
      "--headless",
      "--no-sandbox",
      ...drawing[draws],
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}
