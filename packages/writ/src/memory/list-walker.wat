;; The loops of a search over lists of the index of FTS5. V8 runs WebAssembly fast from its first turn; JavaScript it
;; interprets for as long as a first search takes. `npm run list-walker` makes list-walker-code.ts of it.
(module
  (memory (export "memory") 1)

  ;; The row that was read last, which the next segment of a list goes on from.
  (global $row (export "row") (mut i32) (i32.const 0))

  ;; The highest scores of a search: `held` of at most `most`, the lowest first, as a heap.
  (global $held (mut i32) (i32.const 0))
  (global $most (mut i32) (i32.const 0))
  (global $heap (mut i32) (i32.const 0))

  (func (export "begin") (param $heap i32) (param $most i32)
    (global.set $held (i32.const 0))
    (global.set $heap (local.get $heap))
    (global.set $most (local.get $most)))

  ;; Reads the list [at, to), behind which eight bytes are 0, and returns how many of its rows count; below 0 for a list
  ;; that is none. `whole` has the places of row ids that are no differences, and -1 behind the last. Rows are below `rows`.
  ;; Those with a 0 in `counts` are left out, where that is not 0. What the others weigh is added to `scores`, where that is not 0.
  (func (export "walk")
    (param $at i32) (param $to i32) (param $whole i32) (param $rows i32) (param $counts i32)
    (param $columns i32) (param $sizes i32) (param $scores i32) (param $idf f64) (param $mean f64)
    (result i32)
    (local $absolute i32) (local $from i32) (local $byte i32) (local $value i32) (local $row i32) (local $before i32)
    (local $end i32) (local $sum i32) (local $weight i32) (local $many i32) (local $often f64) (local $place i32)
    (local.set $row (global.get $row))
    (local.set $absolute (local.get $at))
    (loop $next
      (if (i32.lt_u (local.get $at) (local.get $to))
        (then
          (local.set $from (local.get $at))
          (local.set $value (i32.const 0))
          (loop $more
            (local.set $byte (i32.load8_u (local.get $at)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (local.set $value
              (i32.or (i32.shl (local.get $value) (i32.const 7)) (i32.and (local.get $byte) (i32.const 127))))
            (br_if $more (i32.gt_u (local.get $byte) (i32.const 127))))
          (local.set $before (local.get $row))
          (if (i32.eq (local.get $from) (local.get $absolute))
            (then
              (local.set $row (local.get $value))
              (local.set $absolute (i32.load (local.get $whole)))
              (local.set $whole (i32.add (local.get $whole) (i32.const 4))))
            (else (local.set $row (i32.add (local.get $row) (local.get $value)))))
          ;; The rows of a list are in order.
          (if (i32.le_s (local.get $row) (local.get $before)) (then (return (i32.const -1))))
          (if (i32.ge_s (local.get $row) (local.get $rows)) (then (return (i32.const -2))))
          (local.set $value (i32.const 0))
          (loop $more
            (local.set $byte (i32.load8_u (local.get $at)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (local.set $value
              (i32.or (i32.shl (local.get $value) (i32.const 7)) (i32.and (local.get $byte) (i32.const 127))))
            (br_if $more (i32.gt_u (local.get $byte) (i32.const 127))))
          ;; The lowest bit says that the row was deleted.
          (if (i32.or (i32.and (local.get $value) (i32.const 1)) (i32.eqz (local.get $value)))
            (then (return (i32.const -3))))
          (local.set $end (i32.add (local.get $at) (i32.shr_u (local.get $value) (i32.const 1))))
          (if (i32.gt_u (local.get $end) (local.get $to)) (then (return (i32.const -4))))
          (if (local.get $counts)
            (then
              (if (i32.eqz (i32.load8_u (i32.add (local.get $counts) (local.get $row))))
                (then
                  (local.set $at (local.get $end))
                  (br $next)))))
          (local.set $many (i32.add (local.get $many) (i32.const 1)))
          (if (i32.eqz (local.get $scores))
            (then
              (local.set $at (local.get $end))
              (br $next)))
          (local.set $sum (i32.const 0))
          (local.set $weight (i32.and (local.get $columns) (i32.const 255)))
          (loop $position
            (if (i32.lt_u (local.get $at) (local.get $end))
              (then
                (local.set $byte (i32.load8_u (local.get $at)))
                (local.set $at (i32.add (local.get $at) (i32.const 1)))
                (if (i32.eq (local.get $byte) (i32.const 1))
                  (then
                    ;; Another column: what follows is its number.
                    (local.set $byte (i32.load8_u (local.get $at)))
                    (local.set $at (i32.add (local.get $at) (i32.const 1)))
                    (if (i32.gt_u (local.get $byte) (i32.const 3)) (then (return (i32.const -4))))
                    (local.set $weight
                      (i32.and
                        (i32.shr_u (local.get $columns) (i32.shl (local.get $byte) (i32.const 3)))
                        (i32.const 255))))
                  (else
                    (loop $more
                      (if (i32.gt_u (local.get $byte) (i32.const 127))
                        (then
                          (local.set $byte (i32.load8_u (local.get $at)))
                          (local.set $at (i32.add (local.get $at) (i32.const 1)))
                          (br $more))))
                    (local.set $sum (i32.add (local.get $sum) (local.get $weight)))))
                (br $position))))
          (if (i32.ne (local.get $at) (local.get $end)) (then (return (i32.const -4))))
          ;; BM25 as FTS5 has it, in the order of its operations.
          (local.set $often (f64.convert_i32_s (local.get $sum)))
          (local.set $place (i32.add (local.get $scores) (i32.shl (local.get $row) (i32.const 3))))
          (f64.store (local.get $place)
            (f64.add
              (f64.load (local.get $place))
              (f64.mul
                (local.get $idf)
                (f64.div
                  (f64.mul (local.get $often) (f64.const 2.2))
                  (f64.add
                    (local.get $often)
                    (f64.mul
                      (f64.const 1.2)
                      (f64.add
                        (f64.const 0.25)
                        (f64.div
                          (f64.mul
                            (f64.const 0.75)
                            (f64.convert_i32_s
                              (i32.load (i32.add (local.get $sizes) (i32.shl (local.get $row) (i32.const 2))))))
                          (local.get $mean)))))))))
          (br $next))))
    (global.set $row (local.get $row))
    (local.get $many))

  ;; Sets all scores of a pack to 0. Writes those that may be among the highest of the search to `out`, sixteen bytes each, the
  ;; row and behind it the score; returns how many. Rows with a 0 in `only` are left out, where that is not 0.
  (func (export "take")
    (param $scores i32) (param $rows i32) (param $only i32) (param $out i32)
    (result i32)
    (local $row i32) (local $place i32) (local $score f64) (local $many i32)
    (loop $next
      (if (i32.lt_u (local.get $row) (local.get $rows))
        (then
          (local.set $place (i32.add (local.get $scores) (i32.shl (local.get $row) (i32.const 3))))
          (local.set $score (f64.load (local.get $place)))
          (if (f64.ne (local.get $score) (f64.const 0))
            (then
              (f64.store (local.get $place) (f64.const 0))
              (if (call $counts (local.get $only) (local.get $row))
                (then
                  (if (call $isHigh (local.get $score))
                    (then
                      (call $keep (local.get $score))
                      (i32.store (local.get $out) (local.get $row))
                      (f64.store offset=8 (local.get $out) (local.get $score))
                      (local.set $out (i32.add (local.get $out) (i32.const 16)))
                      (local.set $many (i32.add (local.get $many) (i32.const 1)))))))))
          (local.set $row (i32.add (local.get $row) (i32.const 1)))
          (br $next))))
    (local.get $many))

  (func $counts (param $mask i32) (param $row i32) (result i32)
    (if (i32.eqz (local.get $mask)) (then (return (i32.const 1))))
    (i32.load8_u (i32.add (local.get $mask) (local.get $row))))

  ;; Whether a score may be among the highest. One that equals the lowest of them may: its document decides.
  (func $isHigh (param $score f64) (result i32)
    (if (i32.lt_u (global.get $held) (global.get $most)) (then (return (i32.const 1))))
    (f64.ge (local.get $score) (f64.load (global.get $heap))))

  (func $keep (param $score f64)
    (local $at i32) (local $other i32)
    (if (i32.lt_u (global.get $held) (global.get $most))
      (then
        (local.set $at (global.get $held))
        (global.set $held (i32.add (global.get $held) (i32.const 1)))
        (block $there
          (loop $up
            (br_if $there (i32.eqz (local.get $at)))
            (local.set $other (i32.shr_u (i32.sub (local.get $at) (i32.const 1)) (i32.const 1)))
            (br_if $there (f64.le (call $of (local.get $other)) (local.get $score)))
            (call $put (local.get $at) (call $of (local.get $other)))
            (local.set $at (local.get $other))
            (br $up)))
        (call $put (local.get $at) (local.get $score))
        (return)))
    (block $there
      (loop $down
        (local.set $other (i32.add (i32.shl (local.get $at) (i32.const 1)) (i32.const 1)))
        (br_if $there (i32.ge_u (local.get $other) (global.get $held)))
        (if (i32.lt_u (i32.add (local.get $other) (i32.const 1)) (global.get $held))
          (then
            (if
              (f64.lt
                (call $of (i32.add (local.get $other) (i32.const 1)))
                (call $of (local.get $other)))
              (then (local.set $other (i32.add (local.get $other) (i32.const 1)))))))
        (br_if $there (f64.ge (call $of (local.get $other)) (local.get $score)))
        (call $put (local.get $at) (call $of (local.get $other)))
        (local.set $at (local.get $other))
        (br $down)))
    (call $put (local.get $at) (local.get $score)))

  (func $of (param $at i32) (result f64)
    (f64.load (i32.add (global.get $heap) (i32.shl (local.get $at) (i32.const 3)))))

  (func $put (param $at i32) (param $score f64)
    (f64.store (i32.add (global.get $heap) (i32.shl (local.get $at) (i32.const 3))) (local.get $score))))
