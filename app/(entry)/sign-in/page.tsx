import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { SignIn } from "#components/entry/sign-in.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("signIn.title") });

const Page = () => <SignIn />;

export default Page;
