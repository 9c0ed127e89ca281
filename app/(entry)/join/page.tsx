import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Join } from "#components/applications/join.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("join.title") });

const Page = () => <Join />;

export default Page;
