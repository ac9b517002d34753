import { proveGroup } from "../support/drill.ts";

proveGroup("policy");
