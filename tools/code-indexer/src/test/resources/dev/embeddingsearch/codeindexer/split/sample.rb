# doc
module A
  class B < C
    attr_reader :x
    def initialize(a, b: 1) = @a = a
    # doc m
    def m?(x)
      x.each do |y| puts y end
    end
    def self.s; end
    class << self
      def t; end
    end
    define_method(:u) { |x| x }
    def ==(o) true end
  end
end
def top; end
task :a do
  puts 1
end
private def pm; end
