import { useEffect, useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { useFindings } from './findings';

/** One field for everything: a name, an address, an id of any kind, a token. `/` goes there from anywhere. */
export function Finder() {
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const go = useNavigate();
  const { findings, isSearching } = useFindings(text.trim());
  useEffect(() => {
    const toField = (event: KeyboardEvent): void => {
      if (event.key !== '/' || isTyping(event.target)) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener('keydown', toField);
    return () => document.removeEventListener('keydown', toField);
  }, []);
  const leave = (): void => {
    setOpen(false);
    setText('');
  };
  const shown = isOpen && text.trim().length > 1;
  return (
    <form
      className="finder"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        const [first] = findings;
        if (!first) return;
        leave();
        void go(first.to);
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') leave();
      }}
    >
      <label className="hidden" htmlFor="finder">
        Find a person, client, grant, token or decision
      </label>
      <input
        id="finder"
        ref={field}
        type="search"
        autoComplete="off"
        spellCheck={false}
        placeholder="Find a person, client, grant, token or decision  ( / )"
        value={text}
        onFocus={() => setOpen(true)}
        onChange={(event) => {
          setText(event.target.value);
          setOpen(true);
        }}
      />
      {shown && (
        <ul className="found" aria-label="Found">
          {findings.map(({ to, title, kind }) => (
            <li key={to}>
              <Link to={to} onClick={leave}>
                <span>{title}</span> <span className="quiet">{kind}</span>
              </Link>
            </li>
          ))}
          {findings.length === 0 && <li className="quiet">{isSearching ? 'Looking …' : 'Nothing found.'}</li>}
        </ul>
      )}
    </form>
  );
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.matches('input, textarea, select') || target.isContentEditable);
