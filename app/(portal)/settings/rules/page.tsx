import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { FederationRules } from "#components/rules/federation-rules.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("rules.title") });

const Page = () => <FederationRules />;

export default Page;
