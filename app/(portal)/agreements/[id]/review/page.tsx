import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Review } from "#components/trust/review.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("nav.review") });

const Page = async ({ params }: { readonly params: Promise<{ readonly id: string }> }) => (
  <Review id={(await params).id} />
);

export default Page;
