import { connectorContract } from "../contract.ts";
import { simulatedSynapse } from "./subject.ts";

connectorContract("synapse (simulated)", simulatedSynapse);
