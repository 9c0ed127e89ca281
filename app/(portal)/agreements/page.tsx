import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Agreements } from "#components/trust/agreements.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("nav.agreements") });

const Page = () => <Agreements />;

export default Page;
