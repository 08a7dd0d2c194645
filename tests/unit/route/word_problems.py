"""Word problems of our own with the steps that each takes: free tasks of known difficulty.

Written by hand for this test, some long with few steps and some short with many, as no labels of
free tasks may be fitted to. They guard the order that the priors give, and prove nothing beyond.
"""

PROBLEMS: list[tuple[int, str]] = [
    (
        2,
        "Maria bakes 24 muffins. She gives 6 to her neighbour and eats 2. How many muffins "
        "are left?",
    ),
    (
        2,
        "A bus ticket costs $3. Tom rides the bus twice a day for 5 days. How much does he spend?",
    ),
    (
        2,
        "Lena read 30 pages on Monday and twice as many on Tuesday. How many pages did she "
        "read in total?",
    ),
    (
        2,
        "There are 4 shelves with 15 books each. If 12 books are borrowed, how many books "
        "remain on the shelves?",
    ),
    (
        3,
        "Omar buys 3 notebooks for $4 each and 2 pens for $1.50 each. How much change does he"
        " get from a $20 bill?",
    ),
    (
        3,
        "A farmer has 12 cows and 3 times as many chickens. How many legs do the animals have"
        " altogether?",
    ),
    (
        2,
        "Nina is 8 years old. Her brother is three years older than twice her age. How old is"
        " her brother?",
    ),
    (
        3,
        "A tank holds 200 liters. It is 40% full. Water flows in at 8 liters per minute. How "
        "many minutes until it is full?",
    ),
    (
        4,
        "Ben earns $12 an hour and works 8 hours a day, 5 days a week. He saves a quarter of "
        "what he earns. How much does he save in 4 weeks?",
    ),
    (
        4,
        "A shirt costs $40 and is on sale for 25% off. Shoes cost twice as much as the shirt "
        "before the discount. If Ana buys both and pays 10% tax, how much does she pay in "
        "total?",
    ),
    (
        4,
        "Kim has 5 more marbles than Lee. Lee has half as many marbles as Max, who has 36. "
        "How many marbles do the three of them have together?",
    ),
    (
        5,
        "A school has 600 students. 55% of them are girls. A third of the girls and half of "
        "the boys play a sport. How many students do not play any sport?",
    ),
    (
        5,
        "Rosa drives 60 miles per hour for 2 hours, stops for 30 minutes, and then drives 45 "
        "miles per hour for another 3 hours. Her car uses one gallon for every 25 miles, and "
        "a gallon costs $4. How much does she spend on gas for the trip?",
    ),
    (
        6,
        "Peter plants 4 rows of 12 tomato plants. One sixth of the plants die. Each remaining"
        " plant yields 15 tomatoes, of which 20% spoil. He sells the rest in bags of 8 for $3"
        " each. How much money does he make?",
    ),
    (
        6,
        "A bakery sells cakes for $18 and pies for $12. On Saturday it sold twice as many "
        "pies as cakes, and on Sunday it sold 10 more cakes than on Saturday and half as many"
        " pies. If it sold 20 cakes on Saturday, how much money did it take over the two "
        "days?",
    ),
    (
        7,
        "Three friends share the cost of a trip. The hotel costs $120 per night for 4 nights,"
        " the food costs $35 per person per day for 5 days, and the car costs $200 plus $0.25"
        " per mile for 480 miles. If they have a coupon for 10% off the hotel, how much does "
        "each of them pay?",
    ),
    (
        8,
        "Jo, Sam and Al collect stamps. Jo has 3 times as many as Sam, and Al has 20 fewer "
        "than Jo. Sam started with 40 stamps and then gave a quarter of them to his sister. "
        "If Al sells half of his stamps for 50 cents each and Jo sells a third of hers for 75"
        " cents each, how much more money does Jo get than Al?",
    ),
    (
        3,
        "The library was open for 9 hours on a very rainy and cold Thursday in November. "
        "During the first part of the day, 45 visitors came in to read, and in the afternoon "
        "28 more came. If 17 of all the visitors were children, how many adults visited the "
        "library on that day?",
    ),
    (
        2,
        "Grandma Sue, who lives in a small cottage next to the old mill by the river, likes "
        "to knit scarves for her grandchildren. She knits 2 scarves a week. How many scarves "
        "does she knit in 9 weeks if she gives one away at the end?",
    ),
    (
        3,
        "In a parking lot there are 15 cars and 8 motorcycles. How many wheels are there if 3"
        " of the cars leave?",
    ),
    (
        5,
        "Ivy's salary is 20% higher than Jon's. Jon earns $2500 a month. How much more than "
        "Jon does Ivy earn in a year after both pay a tax of 10%?",
    ),
    (
        4,
        "A rope is cut into two pieces. The longer is three times the shorter. The rope is 48"
        " feet. The shorter piece is cut into 4 equal parts. How many inches long is each "
        "part?",
    ),
    (
        4,
        "Twice a week Dan swims 40 laps of 25 meters. He wants to swim 20 kilometers. After 6"
        " weeks how many meters does he still need to swim?",
    ),
    (
        3,
        "A box has red, blue and green balls. There are 14 red balls, 6 fewer blue balls than"
        " red balls, and twice as many green balls as blue balls. How many balls are green?",
    ),
]
