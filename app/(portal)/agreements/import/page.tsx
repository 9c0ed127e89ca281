import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { PaperFile } from "#components/paper/paper-file.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("paper.title") });

const Page = () => <PaperFile />;

export default Page;
