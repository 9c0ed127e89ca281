import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Applications } from "#components/applications/applications.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("applications.title") });

const Page = () => <Applications />;

export default Page;
