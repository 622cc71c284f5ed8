import React from 'react';

interface Props<T> { items: T[]; onPick(item: T): void }

/** Shows a list. */
export function List<T extends { id: string }>({ items, onPick }: Props<T>) {
  return (
    <ul className="list">
      {items.map((item) => <li key={item.id} onClick={() => onPick(item)}>{item.id}</li>)}
    </ul>
  );
}

export const Empty: React.FC = () => <p>nothing</p>;
