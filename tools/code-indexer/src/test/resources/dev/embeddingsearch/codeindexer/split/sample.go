// Package stack keeps things.
package stack

import (
	"fmt"
)

// Stack is last in, first out.
type Stack[T any] struct {
	items []T
}

type (
	// Walker walks.
	Walker interface {
		Walk(depth int) error
	}
	depth int
)

// Push adds an item
// on top.
func (s *Stack[T]) Push(item T) (int, error) {
	go func() { fmt.Println(item) }()
	s.items = append(s.items, item)
	return len(s.items), nil
}

func Map[T, U any](in []T, f func(T) U) []U {
	return nil
}

var Default = func() int { return 1 }

const (
	A = iota
	B
)
