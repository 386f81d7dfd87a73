import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]

    operations = [
        migrations.CreateModel(
            "Item",
            [
                ("code", models.UUIDField(primary_key=True, default=uuid.uuid4)),
                ("name", models.CharField(max_length=100, unique=True)),
                ("a_very_long_name_that_makes_the_name_of_the_index_too_long", models.IntegerField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            "Shelf",
            [
                ("item", models.ForeignKey("stock.Item", models.CASCADE)),
                ("book", models.OneToOneField("shop.Book", models.CASCADE, db_constraint=False)),
            ],
        ),
        migrations.AddField("item", "books", models.ManyToManyField("shop.Book", through="stock.Shelf")),
    ]
