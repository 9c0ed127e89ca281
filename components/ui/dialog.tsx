"use client";

import type { ReactNode } from "react";
import { Heading, Modal, ModalOverlay, Dialog as RacDialog } from "react-aria-components";

/** A dialog, for what belongs to no page: the palette, the list of keys. Nothing is ever decided in one. */
export const Dialog = ({
  title,
  isOpen,
  onClose,
  children,
}: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) => (
  <ModalOverlay
    isOpen={isOpen}
    onOpenChange={(open) => {
      if (!open) onClose();
    }}
    isDismissable
    className="fixed inset-0 z-20 flex items-start justify-center bg-black/40 p-4 pt-[10vh]"
  >
    <Modal className="arrive w-full max-w-xl rounded border border-edge bg-card shadow-lg">
      <RacDialog className="flex max-h-[75vh] flex-col overflow-auto p-5 outline-none">
        <Heading slot="title" className="mb-3 text-xl font-semibold">
          {title}
        </Heading>
        {children}
      </RacDialog>
    </Modal>
  </ModalOverlay>
);
