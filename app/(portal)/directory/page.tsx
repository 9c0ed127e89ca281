import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Directory } from "#components/directory/directory.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("nav.directory") });

const Page = () => <Directory />;

export default Page;
