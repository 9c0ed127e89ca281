import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Audit } from "#components/audit/audit.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("nav.audit") });

const Page = () => <Audit />;

export default Page;
