import { useState, type ReactNode } from 'react';
import {
  Button,
  Dialog,
  DialogTrigger,
  Heading,
  Input,
  Label,
  Modal,
  ModalOverlay,
  TextField,
} from 'react-aria-components';
import { useAct, type Act } from '../api/hooks';
import type { Ended } from '../api/types';
import { Failure } from './notice';
import { EndedNotice } from './receipt';

interface ConfirmProps {
  /** Says what will be done, and to what. */
  readonly label: string;
  readonly title: string;
  readonly consequence: ReactNode;
  readonly act: Act;
  readonly takesReason?: boolean;
  readonly isDisabled?: boolean;
  readonly tone?: 'danger' | 'plain';
}

/** A change that is asked for twice: what it does is said before, and what it did after. */
export function Confirm({
  label,
  title,
  consequence,
  act,
  takesReason = true,
  isDisabled = false,
  tone = 'danger',
}: ConfirmProps) {
  const [reason, setReason] = useState('');
  const change = useAct<Partial<Ended> | undefined>();
  const opened = (isOpen: boolean): void => {
    if (!isOpen) return;
    setReason('');
    change.reset();
  };
  const go = (): void => {
    const body = { ...act.body, ...(takesReason && reason !== '' && { reason }) };
    change.mutate({ ...act, ...(Object.keys(body).length > 0 && { body }) });
  };
  return (
    <DialogTrigger onOpenChange={opened}>
      <Button className={`button ${tone}`} isDisabled={isDisabled}>
        {label}
      </Button>
      <ModalOverlay className="overlay" isDismissable={!change.isPending}>
        <Modal className="modal">
          <Dialog>
            {({ close }) => (
              <>
                <Heading slot="title">{title}</Heading>
                {change.isSuccess ? <EndedNotice ended={change.data} /> : <div>{consequence}</div>}
                {change.error && <Failure error={change.error} />}
                {takesReason && !change.isSuccess && (
                  <TextField value={reason} onChange={setReason} maxLength={500}>
                    <Label>Reason, for the trail</Label>
                    <Input />
                  </TextField>
                )}
                <div className="actions">
                  <Button className="button" onPress={close}>
                    {change.isSuccess ? 'Close' : 'Cancel'}
                  </Button>
                  {!change.isSuccess && (
                    <Button className={`button ${tone}`} isDisabled={change.isPending} onPress={go}>
                      {change.isPending ? 'Working …' : label}
                    </Button>
                  )}
                </div>
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}
