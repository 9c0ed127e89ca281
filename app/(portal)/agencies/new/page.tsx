import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { NewAgency } from "#components/directory/new-agency.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("agencyForm.title") });

const Page = () => <NewAgency />;

export default Page;
