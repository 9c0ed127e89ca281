import { connectorContract } from "../contract.ts";
import { SYNAPSE_LIMITS } from "./connector.ts";
import { simulatedSynapse } from "./subject.ts";

connectorContract("synapse (simulated)", SYNAPSE_LIMITS, simulatedSynapse);
