import { proveGroup } from "../support/drill.ts";

proveGroup("broker");
