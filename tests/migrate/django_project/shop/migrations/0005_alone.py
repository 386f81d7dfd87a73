from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, RemoveIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0004_types")]

    operations = [
        AddIndexConcurrently("book", models.Index(fields=["note"], name="book_note", opclasses=["text_pattern_ops"], include=["level"])),
        RemoveIndexConcurrently("book", "book_tp"),
        AddConstraintNotValid("book", models.CheckConstraint(condition=models.Q(pages__range=(0, 9000)), name="book_pages")),
        ValidateConstraint("book", "book_pages"),
        migrations.AddField("book", "box", models.ForeignKey("shop.Box", models.CASCADE, null=True)),
    ]
