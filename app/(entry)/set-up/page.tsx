import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { SetUp } from "#components/entry/set-up.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("setUp.title") });

const Page = () => <SetUp />;

export default Page;
