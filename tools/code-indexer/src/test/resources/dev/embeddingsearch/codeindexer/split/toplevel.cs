using System;
namespace X;
#region r
class A { void M() {} }
#endregion
int Local(int a) { return a; }
Console.WriteLine(1);
