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

const first = <T,>(items: T[]): T => items[0];

export class Counter extends React.Component<{ start: number }, { count: number }> {
  state = { count: this.props.start };

  /** Adds one. */
  private add = (): void => this.setState({ count: this.state.count + 1 });

  render(): JSX.Element {
    return <><button onClick={this.add as () => void}>+</button><b title={`at ${1 < 2}`}>{this.state.count}</b></>;
  }
}
