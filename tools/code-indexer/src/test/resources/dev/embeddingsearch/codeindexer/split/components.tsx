import React, { forwardRef, memo } from 'react';

/** A button. */
export const Button = React.memo(function Button(props: Props) {
  return <b>{props.label}</b>;
});

const Input = forwardRef<HTMLInputElement, Props>((props, ref) => {
  return <input ref={ref} />;
});

export const Field = memo(forwardRef<HTMLElement, Props>(function Inner(props, ref) {
  return null;
}));

const names = fields.map(field => field.name);
const save = useCallback(async () => { await send(names); }, []);
const cart = createSlice({ name: 'cart', reducers: { add(state) { state.count++; } } });

export default ({ title }: Props) => <h1>{title}</h1>;
