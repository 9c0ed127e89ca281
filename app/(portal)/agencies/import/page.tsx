import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { AgencyFile } from "#components/directory/agency-file.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("agencyFile.title") });

const Page = () => <AgencyFile />;

export default Page;
